"""Elements by place: indices, gather and scatter, masks, writes."""
