/** The table of `docs/configuration.md`, made from the code: `node packages/gateway/test/configurationPage.ts > docs/configuration.md`. */
import { variables } from "../src/Config.ts"

const code = (text: string): string => (text === "" || text.includes("`") ? text : `\`${text}\``)

export const configurationPage = (): string =>
  [
    "# Configuration",
    "",
    "Everything is read once, at the start, from the environment. A bad value, or a `PARLEY_…` variable that is not listed here, stops the",
    "start with exit code 78 and one line for each of them.",
    "",
    "What holds a secret may stand in a file instead, whose path is in `…_FILE`: that keeps it out of the environment, where other processes of the",
    "machine and reports of crashes can see it. Both given, a file that is empty, or one that cannot be read stops the start.",
    "",
    "| variable | default | what |",
    "|---|---|---|",
    ...variables.map(({ key, fallback, about }) => `| \`${key}\` | ${code(fallback)} | ${about} |`),
    "",
  ].join("\n")

if (import.meta.main) process.stdout.write(configurationPage())
