/**
 * The few forms of Markdown that the error pages use (headings, paragraphs, lists, `code`, **strong**, links), as HTML.
 *
 * Always true: everything else of the text is escaped; nothing in it becomes markup.
 */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Of one line. Code is taken first, so that nothing inside it is read as anything else. */
const inline = (line: string, href: (target: string) => string): string =>
  line
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith("`") && part.length > 2
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part)
            .replaceAll(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
            .replaceAll(
              /\[([^\]]+)\]\(([^)\s]+)\)/g,
              (_, label: string, target: string) => `<a href="${href(target)}">${label}</a>`,
            ),
    )
    .join("")

/** @param href where a link of the text leads on this server. */
export const htmlOf = (markdown: string, href: (target: string) => string): string =>
  markdown
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const [, marks, heading] = /^(#{1,3}) (.+)$/.exec(block) ?? []
      if (marks !== undefined) return `<h${marks.length}>${inline(heading!, href)}</h${marks.length}>`
      const lines = block.split("\n")
      if (lines.every((line) => line.startsWith("- ")))
        return `<ul>${lines.map((line) => `<li>${inline(line.slice(2), href)}</li>`).join("")}</ul>`
      return `<p>${inline(lines.join(" "), href)}</p>`
    })
    .join("\n")
