"""Words that a form offers and rules know, for whoever shows them."""

from fastapi import APIRouter
from pydantic import BaseModel

from libs.common.web.auth import SignedIn
from libs.contracts.fields import FIELDS

router = APIRouter(tags=["vocabulary"])


class WordOut(BaseModel):
    key: str
    name: str


class VocabularyOut(BaseModel):
    """`fields` are the fields of work (lĩnh vực), in the order in which they are offered."""

    fields: list[WordOut]


@router.get("/vocabulary")
async def vocabulary(actor: SignedIn) -> VocabularyOut:
    return VocabularyOut(fields=[WordOut(key=key, name=name) for key, name in FIELDS.items()])
