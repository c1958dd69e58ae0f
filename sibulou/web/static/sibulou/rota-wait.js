// A roster that is being made: look again every few seconds until it is there.
setTimeout(() => location.reload(), 3000);
