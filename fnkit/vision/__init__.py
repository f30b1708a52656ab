"""The worked example: body parts, crop boxes and pictures of them. Takes a loaded model, imports no runtime."""
