"""The packages of the namespace `whisk.system`, which every key may read and call.

`utils` and `samples` hold actions as they run: one file each, with nothing of ours imported; `listed` describes
them, `install` brings them into the store. Source of what they do: apache/openwhisk-catalog.
"""
