import { describe, expect, it } from "vitest"
import { type Bar, barChart } from "../../bench/table/barChart.ts"

const bar = (value: number, label = "a bar"): Bar => ({ label, value, text: "text", tone: "good" })
const draw = (...bars: ReadonlyArray<Bar>): string => barChart({ title: "Title", about: "About.", bars })
const widths = (svg: string): ReadonlyArray<number> =>
  [...svg.matchAll(/<rect class="good"[^>]* width="([\d.]+)"/g)].map((match) => Number(match[1]))

describe("a bar chart", () => {
  it("draws a bar ten times as large one decade longer", () => {
    const [one, ten, hundred] = widths(draw(bar(1), bar(10), bar(100)))
    expect(hundred! - ten!).toBeCloseTo(ten! - one!, -1)
    expect(ten!).toBeGreaterThan(one!)
  })

  it("escapes what it is given to write", () => {
    const svg = draw(bar(1, `<script>"&'`))
    expect(svg).not.toContain("<script")
    expect(svg).toContain("&#60;script&#62;&#34;&#38;&#39;")
  })

  it("holds for light and dark ground, and tells its title to those who do not see it", () => {
    const svg = draw(bar(1))
    expect(svg).toContain("@media (prefers-color-scheme: dark)")
    expect(svg).toContain('role="img" aria-label="Title. About."')
  })

  it("is the same bytes for the same bars", () => {
    expect(draw(bar(2), bar(5))).toBe(draw(bar(2), bar(5)))
  })

  it.each([0, -1, NaN, Infinity])("refuses the value %d, which has no place on its scale", (value) => {
    expect(() => draw(bar(value))).toThrow(RangeError)
  })
})
