"""Files over HTTP: uploaded to a task, served to whoever sees it, asked anew on every read."""

import hashlib
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from libs.common.web.auth import SignedIn
from libs.common.web.changing import IdempotencyKey, accepts, change_of
from libs.common.web.problems import Problem
from services.tasks.api.here import Here, unit_of_work
from services.tasks.api.schemas import FileOut
from services.tasks.files.inspection import ALLOWED, LARGEST_FILE_BYTES
from services.tasks.files.store import FileStore
from services.tasks.queries.files import visible_file
from services.tasks.use_cases.store_file import Upload, store_file

router = APIRouter(tags=["files"])

# What a form adds to its file: boundaries, names, types.
FORM_OVERHEAD_BYTES = 64 * 1024
# How browsers and libraries write a quote in the name of a file; the percent sign itself they leave as it is.
QUOTE_IN_A_FORM = "%22"


_ONE_FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
_FORM = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _ONE_FILE}}}}


def _too_large() -> Problem:
    return Problem(413, "too-large", limit=LARGEST_FILE_BYTES)


async def uploaded(request: Request) -> Upload:
    """The one file of the form; raises Problem 413 as soon as it is known to be too large, 400 when there is not exactly one."""
    limit = LARGEST_FILE_BYTES + FORM_OVERHEAD_BYTES
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise _too_large()
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _too_large()
        return message

    try:
        async with Request(request.scope, counted).form(max_files=1, max_fields=5) as form:
            files = [value for value in form.values() if isinstance(value, UploadFile)]
            if len(files) != 1:
                raise Problem(400, "no-file")
            content = await files[0].read(LARGEST_FILE_BYTES + 1)
            if len(content) > LARGEST_FILE_BYTES:
                raise _too_large()
            return Upload((files[0].filename or "").replace(QUOTE_IN_A_FORM, '"'), files[0].content_type, content)
    except HTTPException:
        # What the framework makes of a form that it cannot read, or that has more files.
        raise Problem(400, "no-file") from None


@router.post("/tasks/{task_id}/files", status_code=201, openapi_extra=accepts() | _FORM)
async def upload(
    task_id: UUID,
    request: Request,
    file: Annotated[Upload, Depends(uploaded)],
    key: IdempotencyKey,
    actor: SignedIn,
    service: Here,
    response: Response,
) -> FileOut:
    """Multipart form with one field `file`: PDF, PNG or JPEG of at most 10 MB, to be named in a result."""
    await request.app.state.doorkeeper.memberships.require_fresh()
    # A repeated form has other boundaries, so the same upload is known by its name and bytes.
    same = file.name.encode() + hashlib.sha256(file.content).digest()
    change = change_of(request, actor, key, same, None)
    stored = await store_file(task_id, file, change, unit_of_work(service, change), store_of(request), now=service.clock.now())
    if change.repetition is not None:
        response.headers["Idempotent-Replayed"] = "true"
    return FileOut.model_validate(stored, from_attributes=True)


def store_of(request: Request) -> FileStore:
    store: FileStore = request.app.state.files
    return store


@router.get("/files/{file_id}", response_class=Response, responses={200: {"content": {kind: {} for kind in sorted({*ALLOWED.values()})}}})
async def download(file_id: UUID, request: Request, actor: SignedIn, service: Here) -> Response:
    """The file as it was received."""
    async with service.database.read() as connection:
        file = await visible_file(connection, file_id, actor)
    return Response(
        await store_of(request).read(file.sha256),
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
