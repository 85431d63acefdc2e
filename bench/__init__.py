"""The measurements that README quotes: `python -m bench`."""
