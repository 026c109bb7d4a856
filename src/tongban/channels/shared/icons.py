"""The icons the screens may use, by Tabler name. Only these travel to the browser, in one file made by
``python -m tongban.config.static``; a name that is not here is an error when the template is used."""

ICONS: tuple[str, ...] = (
    "alert-circle", "alert-triangle", "arrow-left", "arrow-right", "building-community", "calendar", "calendar-plus", "check", "checks",
    "chevron-down", "chevron-right", "circle-check", "circle-dashed", "circle-x", "clock", "clock-pause", "copy",
    "device-floppy", "download", "edit", "external-link", "eye", "eye-off", "file-text", "files", "flag", "help",
    "history", "home", "hourglass", "id", "info-circle", "key", "keyboard", "language", "list-check", "loader-2",
    "lock", "login", "logout", "mail", "map-pin", "message", "minus", "paperclip", "phone", "player-pause", "player-stop", "plus",
    "printer", "qrcode", "refresh", "scan", "search", "send", "settings", "shield-check", "trash", "upload", "user",
    "users", "volume", "x",
)  # fmt: skip
