"""Where bytes become values of the core, and values of the core become bytes.

Every door (command line, HTTP, hot path, page, book) reads and writes through these modules, so the same request
is understood alike everywhere and the same answer has the same bytes. Validation is pydantic's, in strict mode.
"""
