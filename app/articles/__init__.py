"""Articles: what people read, the events they announce, every version of them, and their images."""
