"""The night: what `nianbao nightly` does, in steps that can be broken off anywhere and gone on with.

``config`` says what is to be done, ``lock`` sees that only one does it, ``journal`` remembers how far it came, ``due``
which sources are asked, ``night`` goes through the steps, ``gates`` judge what would be published, ``summary`` and its
siblings tell what happened, ``policy`` turns that into an exit code. docs/nightly.md is for those who run it.
"""
