package page

// Style is the pages' style sheet.
func Style() string { return style }
