"""Tongban (全市通办): any counter, any item, one trip. The map of the house is docs/floors.md."""
