"""The roof: settings, the wiring of ports, the urls, and the commands. Everything may be seen from here, nothing sees it."""
