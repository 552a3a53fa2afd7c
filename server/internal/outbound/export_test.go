package outbound

// MayDial is mayDial, for tests.
var MayDial = mayDial
