/** What a module imports: static and dynamic imports, types too, and re-exports. Text in comments is not an import. */
const patterns = [
  /^import\s+["']([^"']+)["']/gm,
  /^(?:import|export)\s+(?:type\s+)?[\w*{][^"';]*?\bfrom\s+["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
]

export const importsOf = (text: string): ReadonlyArray<string> => {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "")
  return patterns.flatMap((pattern) => Array.from(code.matchAll(pattern), (match) => match[1]!))
}
