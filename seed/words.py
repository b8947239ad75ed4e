"""Words of invented directives and reports, in the manner of real ones: enough of them that a search finds some and not all."""

SUBJECTS = (
    "Tăng cường quản lý đầu tư công và đẩy nhanh giải ngân",
    "Triển khai các biện pháp phòng, chống thiên tai và tìm kiếm cứu nạn",
    "Nâng cao chất lượng giải quyết thủ tục hành chính",
    "Thực hiện chương trình chuyển đổi số của tỉnh",
    "Rà soát, sắp xếp trụ sở, tài sản công sau sắp xếp đơn vị hành chính",
    "Bảo đảm an toàn giao thông, trật tự đô thị",
    "Phòng, chống dịch bệnh trên người và trên gia súc, gia cầm",
    "Đẩy mạnh phát triển kinh tế biển và khu kinh tế",
    "Thực hiện Chương trình mục tiêu quốc gia xây dựng nông thôn mới",
    "Giải quyết kiến nghị của cử tri và doanh nghiệp",
    "Quản lý, bảo vệ rừng và phòng cháy, chữa cháy rừng",
    "Bảo đảm an sinh xã hội cho hộ nghèo, hộ cận nghèo",
    "Chuẩn bị năm học mới và bảo đảm an toàn trường học",
    "Cải thiện môi trường kinh doanh, nâng cao chỉ số PCI",
    "Khắc phục hạn chế theo kết luận thanh tra, kiểm toán",
    "Quản lý tài nguyên khoáng sản, cát sỏi lòng sông",
    "Phát triển du lịch và bảo tồn văn hóa các dân tộc",
    "Tổ chức đại hội và các hoạt động kỷ niệm ngày lễ lớn",
)
VERBS = (
    "Rà soát",
    "Kiểm tra",
    "Xây dựng kế hoạch",
    "Tham mưu phương án",
    "Tổng hợp, báo cáo",
    "Đôn đốc thực hiện",
    "Hướng dẫn triển khai",
    "Thẩm định",
    "Xử lý dứt điểm vướng mắc về",
    "Chủ trì nghiệm thu",
    "Lập danh mục",
    "Đánh giá kết quả",
)
TOPICS = (
    "hồ sơ quyết toán dự án hoàn thành",
    "công tác bồi thường, giải phóng mặt bằng",
    "an toàn hồ đập và công trình thủy lợi",
    "cơ sở dữ liệu đất đai",
    "việc tiếp nhận và trả kết quả thủ tục hành chính",
    "tiến độ giải ngân vốn đầu tư công",
    "danh sách hộ có nhà ở không bảo đảm an toàn",
    "việc sử dụng trụ sở dôi dư",
    "phương án phòng, chống hạn mặn",
    "công tác tiêm phòng gia súc, gia cầm",
    "mạng lưới trường lớp và trang thiết bị dạy học",
    "trạm y tế xã và nhân lực y tế cơ sở",
    "hạ tầng khu công nghiệp Dung Quất",
    "đường giao thông nông thôn bị sạt lở",
    "hệ thống chiếu sáng công cộng",
    "việc thu gom, xử lý chất thải rắn sinh hoạt",
    "hoạt động khai thác cát, sỏi trái phép",
    "chế độ, chính sách với người có công",
    "việc số hóa sổ hộ tịch",
    "kết nối, chia sẻ dữ liệu dân cư",
    "nguồn vốn tín dụng chính sách",
    "vùng trồng sâm Ngọc Linh",
    "cấp nước sinh hoạt nông thôn",
    "công tác tuyển quân",
    "quỹ bảo trì đường bộ",
    "đơn thư khiếu nại kéo dài",
    "nợ đọng xây dựng cơ bản",
    "quy hoạch chung đô thị",
    "sản phẩm OCOP của địa phương",
    "việc chi trả trợ cấp thất nghiệp",
)
SCOPES = (
    "trên địa bàn tỉnh",
    "tại các xã miền núi phía Tây",
    "tại các xã, phường ven biển",
    "giai đoạn 2026–2030",
    "trong quý này",
    "đối với các dự án trọng điểm",
    "theo kết luận của Thường trực Tỉnh ủy",
    "bảo đảm đúng quy định pháp luật",
    "theo phân cấp cho cấp xã",
    "phục vụ kỳ họp Hội đồng nhân dân tỉnh",
    "không để phát sinh điểm nóng",
    "gắn với cải cách hành chính",
)
ENDINGS = (
    "báo cáo Ủy ban nhân dân tỉnh.",
    "gửi Văn phòng Ủy ban nhân dân tỉnh tổng hợp.",
    "trình Chủ tịch Ủy ban nhân dân tỉnh xem xét, quyết định.",
    "chịu trách nhiệm trước Chủ tịch Ủy ban nhân dân tỉnh về kết quả thực hiện.",
    "tổng hợp khó khăn, vướng mắc và đề xuất giải pháp tháo gỡ.",
)
PROGRESS = (
    "Đã ban hành kế hoạch và phân công các phòng chuyên môn.",
    "Đã làm việc với các đơn vị liên quan, thống nhất nội dung.",
    "Đang tổng hợp số liệu của các xã, phường.",
    "Đã hoàn thành phần việc tại cơ sở, đang lập hồ sơ.",
    "Đã lấy ý kiến bằng văn bản, đang tiếp thu, hoàn thiện dự thảo.",
)
DIFFICULTIES = (
    "Một số đơn vị chậm gửi số liệu.",
    "Kinh phí chưa được bố trí.",
    "Thời tiết mưa kéo dài, không triển khai được ngoài hiện trường.",
    "Quy định chuyên ngành còn chồng chéo.",
)
PROPOSALS = ("Đề nghị bố trí bổ sung kinh phí.", "Đề nghị có văn bản đôn đốc các đơn vị.", "Đề nghị hướng dẫn cụ thể.")
SUMMARIES = (
    "Đã hoàn thành các nội dung được giao; gửi kèm báo cáo và phụ lục số liệu.",
    "Đã thực hiện xong, kết quả cụ thể nêu tại báo cáo kèm theo.",
    "Đã ban hành văn bản và tổ chức triển khai đến cơ sở.",
    "Đã kiểm tra thực địa, xử lý dứt điểm các tồn tại.",
)
RETURN_REASONS = (
    "Báo cáo chưa nêu số liệu cụ thể; đề nghị bổ sung.",
    "Thiếu phụ lục và ý kiến của cơ quan phối hợp; đề nghị hoàn thiện.",
    "Nội dung chưa đúng yêu cầu của văn bản giao; đề nghị làm lại.",
)
COMMENTS = ("Báo cáo rõ, đầy đủ.", "Hoàn thành tốt.", "Đề nghị tiếp tục theo dõi việc thực hiện.")
NO_DEADLINE = "Nhiệm vụ thường xuyên"
SIGNERS = ("Nguyễn Văn Chủ (DEMO)", "Trần Thị Phó (DEMO)", "Lê Minh Phó (DEMO)")
NOTATIONS = ("KTTH", "KTN", "KGVX", "NC", "TH", "CNXD")
