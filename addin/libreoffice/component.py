"""The file of the extension that LibreOffice loads: hands a menu entry's button to our code. Standard library and UNO only, Python 3.8.

It never looks at the folder or the contents of a workbook for code: our packages come with the extension, the libraries from the one
place that `cchc addin install --libreoffice` has written into the user's profile.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import uno
import unohelper
from com.sun.star.task import XJobExecutor

SERVICE = "vn.cchc.addin.Buttons"
SETTINGS = "cchc-addin.json"
TITLE = "Chấm điểm cải cách hành chính"
NOT_SET_UP = (
    "Các nút CCHC chưa được nối với chương trình trên máy này. Đóng LibreOffice rồi chạy lệnh: cchc addin install --libreoffice\n\n"
    "Không cần các nút, trang Rà soát lỗi của biểu mẫu vẫn tự kiểm tra."
)
OTHER_PYTHON = (
    "LibreOffice này dùng Python {here}, còn chương trình cài với Python {there}, nên các nút CCHC không chạy được. Cài chương trình bằng "
    "Python {here} rồi chạy lại: cchc addin install --libreoffice\n\nKhông cần các nút, trang Rà soát lỗi của biểu mẫu vẫn tự kiểm tra."
)
FAULT = "Không nạp được chương trình của các nút CCHC. Cài lại bằng lệnh: cchc addin install --libreoffice\n\n{why}"


class Buttons(unohelper.Base, XJobExecutor):  # type: ignore[misc]  # UNO's classes have no types
    """What `service:vn.cchc.addin.Buttons?BUTTON` starts."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def trigger(self, button: str) -> None:
        """Runs a button; whatever keeps it from running is told."""
        try:
            problem = self.set_up()
            if not problem:
                from addin.libreoffice.inside import press  # noqa: PLC0415  (our code: there only once the path is set)

                press(self.context, button)
        except Exception:  # the last guard: LibreOffice would say nothing at all
            problem = FAULT.format(why=traceback.format_exc(limit=-1))
        if problem:
            self.tell(problem)

    def set_up(self) -> str:
        """Puts the libraries' folder on the path; a text if this machine is not ready."""
        place = self.service("com.sun.star.util.PathSubstitution").substituteVariables("$(user)/" + SETTINGS, True)
        path = Path(uno.fileUrlToSystemPath(place))
        if not path.is_file():
            return NOT_SET_UP
        settings = json.loads(path.read_text(encoding="utf-8"))
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        if settings["python"] != here:
            return OTHER_PYTHON.format(here=here, there=settings["python"])
        sys.path[:] = [one for one in sys.path if one not in ("", ".")]
        if settings["packages"] not in sys.path:
            own = [at for at, one in enumerate(sys.path) if one.rstrip("/\\").endswith("pythonpath")]
            sys.path.insert(own[-1] + 1 if own else 0, settings["packages"])
        return ""

    def service(self, name: str) -> Any:
        """A new instance of a service of LibreOffice."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def tell(self, text: str) -> None:
        """A message box."""
        frame = self.service("com.sun.star.frame.Desktop").CurrentFrame
        parent = frame.getContainerWindow() if frame is not None else None
        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "WARNINGBOX")
        box = self.service("com.sun.star.awt.Toolkit").createMessageBox(parent, kind, 1, TITLE, text)
        box.execute()
        box.dispose()


g_ImplementationHelper = unohelper.ImplementationHelper()  # the name that LibreOffice's loader looks for
g_ImplementationHelper.addImplementation(Buttons, SERVICE, (SERVICE,))
