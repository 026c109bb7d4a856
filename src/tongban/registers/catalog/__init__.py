"""The catalog register: reads and checks the city's files, keeps what was published, and answers what holds on a day."""
