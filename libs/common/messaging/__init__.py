"""Nothing lost, nothing counted twice. README.md in this folder tells the promise and how it is kept."""
