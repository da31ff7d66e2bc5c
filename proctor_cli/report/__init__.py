"""Writers: each takes a finished session and a path, and returns the path. No video is opened here."""
