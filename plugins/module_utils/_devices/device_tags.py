# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags by which this collection marks virtual devices in AWS.

This module is private to hardening.aws. Passkeys and hardware tokens cannot have tags.
"""

# When the person showed that they have the device's seed, ISO 8601 in UTC. The seed then leaves the store.
HANDED_OVER = "hardening.aws/handed-over"

# Who keeps the device's seed: "adopted" where a person or another tool created the device.
MANAGED = "hardening.aws/managed"
