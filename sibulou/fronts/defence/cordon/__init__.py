"""The cordon: does every way into a village pass a post that stands, and if not, which posts would close it?"""
