"""LibreOffice as a host of the buttons: an xlwings engine on UNO, and the extension that puts menu and toolbar there."""
