"""The counters register: visits, each the reason for every look at the person served."""
