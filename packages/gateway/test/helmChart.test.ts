/**
 * The Helm chart, as far as can be told without a cluster: values that templates use exist and the other way round, settings are ones that the
 * server knows, blocks are closed. Where `helm` is on PATH, it renders the chart too; Debian has no package of it.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { programOnPath } from "@parley/testkit/requirement"
import { describe, expect, it } from "vitest"
import { variables } from "../src/Config.ts"
import { roles } from "../src/engineSettings.ts"

const chart = fileURLToPath(new URL("../../../deploy/helm/parley/", import.meta.url))
const read = (path: string): string => readFileSync(chart + path, "utf8")
const templates = readdirSync(`${chart}templates`).map((name) => ({ name, text: read(`templates/${name}`) }))
const all = templates.map(({ text }) => text).join("\n")
const scaled = ["gateway", "runner", "projector"]

/** `gateway.autoscaling.enabled`, …, and the maps above them. Values are maps of scalars: a line's indentation tells where it belongs. */
const valuesIn = (
  text: string,
): { readonly leaves: ReadonlySet<string>; readonly maps: ReadonlySet<string> } => {
  const [leaves, maps, above] = [new Set<string>(), new Set<string>(), new Array<string>()]
  for (const line of text.split("\n")) {
    const [, indent, key, value] = /^( *)([A-Za-z_]\w*):(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    above.length = indent!.length / 2
    const path = [...above, key].join(".")
    ;(value!.trim() === "" ? maps : leaves).add(path)
    above.push(key)
  }
  return { leaves, maps }
}

const { leaves, maps } = valuesIn(read("values.yaml"))
/** What is of a role, `.values.resources`, stands for each role's. */
const used = new Set([
  ...[...all.matchAll(/\.Values\.([\w.]+)/g)].map(([, path]) => path!),
  ...[...all.matchAll(/\.values\.([\w.]+)/g)].flatMap(([, path]) => scaled.map((role) => `${role}.${path}`)),
])
const isOfAGateway = (path: string): boolean => /^\w+\.(preStopSeconds|maxUnavailable)$/.test(path)

describe("the Helm chart", () => {
  it("uses values that exist", () => {
    const missing = [...used].filter((path) => !leaves.has(path) && !maps.has(path))
    // Of the roles that have no budget, or nothing before their end.
    expect(missing.filter((path) => !isOfAGateway(path))).toEqual([])
  })

  it("has no value that nothing uses", () => {
    // A map or a list that is handed on as a whole is used with all that is in it; a role as a whole is not.
    const isUsed = (path: string): boolean =>
      path.split(".").some((_, depth, parts) => {
        const one = parts.slice(0, depth + 1).join(".")
        return used.has(one) && !scaled.includes(one)
      })
    expect([...leaves].filter((path) => !isUsed(path))).toEqual([])
  })

  it("names settings that the server knows", () => {
    const known = new Set(variables.map(({ key }) => key))
    const named = [...`${all}${read("values.yaml")}${read("README.md")}`.matchAll(/PARLEY_[A-Z_]+[A-Z]/g)]
    expect(named.map(([name]) => name).filter((name) => !known.has(name))).toEqual([])
  })

  it("has each role of many processes", () => {
    for (const role of roles.filter((one) => one !== "all")) expect(scaled).toContain(role)
    for (const role of scaled) expect(all).toContain(`"role" "${role}" "values" .Values.${role}`)
  })

  it.each(templates)("$name closes its blocks and includes what is defined", ({ text }) => {
    expect(text.split("{{").length).toBe(text.split("}}").length)
    let depth = 0
    for (const [, word] of text.matchAll(/\{\{-?\s*(if|range|with|define|block|end)\b/g)) {
      depth += word === "end" ? -1 : 1
      expect(depth).toBeGreaterThanOrEqual(0)
    }
    expect(depth).toBe(0)
    const defined = new Set([...all.matchAll(/define "([^"]+)"/g)].map(([, name]) => name))
    for (const [, name] of text.matchAll(/include "([^"]+)"/g)) expect(defined).toContain(name)
  })

  const helm = programOnPath("helm")
  if (helm === undefined) return console.warn("The Helm chart is not rendered: helm is not on this machine")
  it("is rendered by helm, with and without what can be left out", () => {
    const run = (...args: ReadonlyArray<string>) => execFileSync(helm, args, { encoding: "utf8" })
    expect(run("lint", chart)).toContain("0 chart(s) failed")
    const most = run("template", "chat", chart, "--set", "ingress.enabled=true,ingress.tlsSecret=tls")
    for (const kind of ["StatefulSet", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler"])
      expect(most).toContain(`kind: ${kind}`)
    const off = ["networkPolicy", "gateway.autoscaling", "runner.autoscaling"].map(
      (one) => `${one}.enabled=false`,
    )
    const least = run("template", "chat", chart, "--set", off.join(","))
    expect(least).not.toMatch(/kind: (Ingress|NetworkPolicy|HorizontalPodAutoscaler)/)
    expect(least.match(/^ {2}replicas: /gm)).toHaveLength(3)
  })
})
