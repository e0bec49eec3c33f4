"""Copies of the project that tests may change."""

import shutil

from customer_value.settings import PROJECT

# What dbt and the command line need of the project.
PARTS = "dbt_project.yml profiles.yml pyproject.toml models macros seeds tests docs analyses customer_value".split()


def project_copy(folder):
    """A copy of the project in a folder."""
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        (shutil.copytree if (PROJECT / part).is_dir() else shutil.copy)(PROJECT / part, folder / part)
    return folder
