"""The words of a directive: kinds, urgency, states. Names of legal document types stay Vietnamese (rulebook 8)."""

from enum import StrEnum


class DirectiveKind(StrEnum):
    """Loại văn bản (rulebook 4.3), those by which work is directed."""

    CHI_THI = "chi-thi"
    CONG_DIEN = "cong-dien"
    CONG_VAN = "cong-van"
    CHUONG_TRINH = "chuong-trinh"
    KE_HOACH = "ke-hoach"
    NGHI_QUYET = "nghi-quyet"
    QUYET_DINH = "quyet-dinh"
    THONG_BAO = "thong-bao"
    THONG_BAO_KET_LUAN = "thong-bao-ket-luan"
    KHAC = "khac"


class Urgency(StrEnum):
    """Độ khẩn: thường, khẩn, thượng khẩn, hỏa tốc."""

    NORMAL = "NORMAL"
    URGENT = "URGENT"
    VERY_URGENT = "VERY_URGENT"
    EXPRESS = "EXPRESS"


class DirectiveState(StrEnum):
    DRAFT = "DRAFT"
    """NHAP, nháp."""
    AWAITING_RELEASE = "AWAITING_RELEASE"
    """CHO_DUYET, chờ duyệt phát hành."""
    RELEASED = "RELEASED"
    """Đã phát hành: each instruction is a task from now on."""


class DeadlineClass(StrEnum):
    DATED = "DATED"
    """Có thời hạn."""
    NONE = "NONE"
    """Không thời hạn."""


class Deliverable(StrEnum):
    """Loại sản phẩm."""

    BAO_CAO = "bao-cao"
    TO_TRINH = "to-trinh"
    DU_THAO = "du-thao"
    KE_HOACH = "ke-hoach"
    DE_AN = "de-an"
    KHAC = "khac"


class AssignmentRole(StrEnum):
    LEAD = "LEAD"
    """Chủ trì."""
    COORDINATING = "COORDINATING"
    """Phối hợp."""


NORMAL_SECRECY = "NORMAL"
"""Độ mật "thường", the only one that may enter (rulebook 1.1 rule 8)."""
