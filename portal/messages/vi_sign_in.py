"""One's own sessions, and proving again who one is."""

SIGN_IN = {
    "frame.sessions": "Phiên đăng nhập của tôi",
    "sessions.title": "Phiên đăng nhập của tôi",
    "sessions.lead": (
        "Những nơi đang đăng nhập bằng tài khoản của đồng chí. "
        "Nếu có nơi đồng chí không nhận ra, vui lòng đăng xuất nơi đó và báo bộ phận quản trị hệ thống của tỉnh."
    ),
    "sessions.column.device": "Thiết bị",
    "sessions.column.acting": "Tư cách",
    "sessions.column.began": "Đăng nhập lúc",
    "sessions.column.seen": "Dùng gần nhất",
    "sessions.column.act": "Thao tác",
    "sessions.device": "{browser} trên {system}",
    "sessions.unknown-browser": "Trình duyệt khác",
    "sessions.unknown-device": "Thiết bị không rõ",
    "sessions.this-one": "phiên này",
    "sessions.now": "đang dùng",
    "sessions.end-others": "Đăng xuất mọi nơi khác",
    "sessions.end-all": "Đăng xuất mọi nơi",
    "sessions.ended": "Đã đăng xuất. Trang đang mở ở nơi đó không dùng được nữa.",
    "sessions.unsure": "Đã đăng xuất khỏi phần mềm, nhưng cổng đăng nhập chưa xác nhận.",
    "sessions.unsure-advice": (
        "Người đang ở nơi đó có thể vào lại mà không cần xác thực. "
        "Nếu nghi ngờ có người khác dùng tài khoản, vui lòng báo bộ phận quản trị hệ thống của tỉnh."
    ),
    "sessions.more": "Còn {n} phiên khác; “Đăng xuất mọi nơi khác” kết thúc cả những phiên đó.",
    "membership.remember": "Nhớ tư cách này trên máy của tôi",
    "problem.insufficient-user-authentication": "Việc này cần đồng chí xác nhận lại danh tính trước khi thực hiện.",
    "step-up.act.RELEASE_DIRECTIVE": "Phát hành văn bản",
    "step-up.act.ADD_AGENCY": "Thêm cơ quan",
    "step-up.act.DECIDE_SETTING": "Thay đổi thiết lập",
    "step-up.act.DECIDE_CALENDAR": "Thay đổi lịch làm việc",
    "step-up.act.GIVE_MEMBERSHIP": "Giao chức vụ, vai trò",
    "step-up.act.CHANGE_MEMBERSHIP": "Đổi chức vụ, vai trò",
    "step-up.act.END_MEMBERSHIP": "Chấm dứt tư cách",
    "step-up.act.PLAN_REORGANISATION": "Lập phương án sắp xếp cơ quan",
    "step-up.act.WITHDRAW_REORGANISATION": "Thu hồi phương án sắp xếp",
    "step-up.act.any": "Thực hiện",
    "step-up.title.ready": "Đã xác nhận danh tính, còn một bước",
    "step-up.text.ready": "Việc chưa được thực hiện. Bấm “{act}” để hoàn tất; nội dung đồng chí đã nhập còn nguyên.",
    "step-up.title.refused": "Chưa xác nhận được danh tính",
    "step-up.text.refused": "Việc chưa được thực hiện; nội dung đồng chí đã nhập còn nguyên. “{act}” cần đồng chí xác nhận lại chính mình.",
    "step-up.title.away": "Cổng đăng nhập tạm thời không truy cập được",
    "step-up.text.away": "Việc chưa được thực hiện; nội dung đồng chí đã nhập còn nguyên. Vui lòng thử lại sau ít phút để “{act}”.",
    "step-up.again": "Xác nhận lại",
    "step-up.back": "Quay lại",
}
