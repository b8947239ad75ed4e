"""The sentences of what is refused when the Office chooses a lead in place of one that has ended."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "lead-not-to-choose": "Cơ quan chủ trì của nhiệm vụ này không cần phân công lại.",
        "no-successor": "Cơ quan này không phải là cơ quan kế thừa hoặc không còn hoạt động.",
    }
)
