package result

// Exercise says for which lab exercise a run was made, and what had been predicted before it began.
type Exercise struct {
	Number  int               `json:"number"`
	Name    string            `json:"name"`
	Answers string            `json:"answers_sha256"` // of all answers, in one form whatever their order in the file
	Each    map[string]string `json:"each_sha256"`    // of each question's, by its name
}
