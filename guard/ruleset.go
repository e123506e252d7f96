package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"
)

//go:embed ruleset.nft
var rulesetTemplate string

// renderRuleset fills the template in. Only numbers go into it.
func renderRuleset(source string, s settings) (string, error) {
	parsed, err := template.New("ruleset").Option("missingkey=error").Parse(source)
	if err != nil {
		return "", fmt.Errorf("the ruleset's template: %w", err)
	}
	served := []string{strconv.Itoa(int(s.adminPort))}
	for _, port := range s.ports {
		served = append(served, strconv.Itoa(int(port)))
	}
	var rendered strings.Builder
	err = parsed.Execute(&rendered, map[string]any{
		"ProxyUID":  s.proxyUID,
		"DataPort":  s.dataPort,
		"AdminPort": s.adminPort,
		"Served":    strings.Join(served, ", "),
	})
	if err != nil {
		return "", fmt.Errorf("the ruleset's template: %w", err)
	}
	return rendered.String(), nil
}
