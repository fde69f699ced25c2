/**
 * The page at a problem's `type`: what `docs/errors` says of the code, and who answers with it.
 *
 * Always true: it is there for every code, also on a machine without the internet, and loads nothing from elsewhere.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type ProblemCode, problems } from "@parley/domain/wire/problem"
import type { Route } from "../http/Api.ts"
import { clientFrameDescriptions } from "./clientFrames.ts"
import { errorsOfFrame, errorsOfRoute } from "./errorsOf.ts"
import { exampleProblemOf } from "./examples.ts"
import { escapeHtml, htmlOf } from "./markdown.ts"
import { streamPath, streamRoute } from "./streamRoute.ts"

const pages = new URL("../../../../docs/errors/", import.meta.url)

const written = (code: ProblemCode): string => {
  const path = fileURLToPath(new URL(`${code}.md`, pages))
  return existsSync(path) ? readFileSync(path, "utf8") : `# \`${code}\` (${problems[code].status})`
}

/** Links of the repository's page lead to what this server has in its place. */
const href = (target: string): string => (target.startsWith("http") ? target : "/docs#/schemas/Problem")

export const errorPage = (code: ProblemCode, routes: ReadonlyArray<Route>): string => {
  const stream = { method: "GET", path: streamPath, about: streamRoute }
  const answering = [...routes, stream]
    .filter(({ about }) => errorsOfRoute(about).includes(code))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
  const frames = Object.entries(clientFrameDescriptions)
    .filter(([, about]) => errorsOfFrame(about).includes(code))
    .map(([type]) => type)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${code} · Parley</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/documents.css">
</head>
<body>
<main class="error-page">
<nav><a href="/docs">Parley API</a></nav>
<article class="prose">
${htmlOf(written(code), href)}
</article>
<h2>An answer</h2>
<pre class="code"><code>${escapeHtml(JSON.stringify(exampleProblemOf(code), null, 2))}</code></pre>
${listed("Routes that answer it", answering, "routes")}
${listed("Frames that are answered with it", frames, "frames/client")}
</main>
</body>
</html>
`
}

const listed = (heading: string, items: ReadonlyArray<string>, under: string): string =>
  items.length === 0
    ? ""
    : `<h2>${heading}</h2>
<ul class="plain">
${items.map((item) => `<li><a href="/docs#/${under}/${encodeURIComponent(item)}"><code>${escapeHtml(item)}</code></a></li>`).join("\n")}
</ul>`
