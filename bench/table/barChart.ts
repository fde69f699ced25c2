/**
 * A chart of horizontal bars on a logarithmic scale, as plain SVG without a script, readable on light and dark ground.
 *
 * Always true: what a colour says is said in words too; text is escaped; the same bars are the same bytes.
 */
export type Tone = "good" | "fair" | "poor" | "plain"

export interface Bar {
  readonly label: string
  /** Above zero. */
  readonly value: number
  /** A thin line across the bar: the floor. */
  readonly mark?: number
  /** At the bar's end. */
  readonly text: string
  readonly tone: Tone
}

export interface BarChart {
  readonly title: string
  /** Read to those who do not see it, and the line under the title. */
  readonly about: string
  readonly bars: ReadonlyArray<Bar>
  /** A line through all bars, with its name. */
  readonly line?: { readonly at: number; readonly label: string }
}

const [width, labelWidth, textWidth, rowHeight, top] = [960, 200, 190, 30, 84]

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

const style = `
  text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 18px; font-weight: 600 } .about, .tick { fill: #59636e; font-size: 12px }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px } .ground { fill: #ffffff } .grid { stroke: #d1d9e0 } .line { stroke: #1f2328; stroke-dasharray: 4 3 } .mark { stroke: #1f2328; stroke-width: 2 }
  .good { fill: #2f8f5b } .fair { fill: #b7791f } .poor { fill: #c2413b } .plain { fill: #4a7fb5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .about, .tick { fill: #9198a1 }
    .value { stroke: #0d1117 } .ground { fill: #0d1117 } .grid { stroke: #30363d } .line, .mark { stroke: #e6edf3 }
    .good { fill: #3fa66d } .fair { fill: #d29922 } .poor { fill: #e5645d } .plain { fill: #6ea8dc }
  }`

/** The powers of ten around all values: at least one decade. */
const decades = (values: ReadonlyArray<number>): readonly [number, number] => {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  const high = Math.ceil(Math.log10(Math.max(...values)) - 1e-9)
  return [low, Math.max(high, low + 1)]
}

const round = (n: number): string => String(Math.round(n * 10) / 10)

export const barChart = ({ title, about, bars, line }: BarChart): string => {
  const values = [
    ...bars.flatMap(({ value, mark }) => (mark === undefined ? [value] : [value, mark])),
    ...(line === undefined ? [] : [line.at]),
  ]
  if (bars.length === 0 || values.some((value) => !(value > 0) || value === Infinity))
    throw new RangeError("a chart needs bars, and each of them a value above zero")
  const [low, high] = decades(values)
  const span = width - labelWidth - textWidth
  const x = (value: number): number => labelWidth + (span * (Math.log10(value) - low)) / (high - low)
  const height = top + bars.length * rowHeight + 34
  const bottom = top + bars.length * rowHeight
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  const grid = ticks.map(
    (at) =>
      `<line class="grid" x1="${round(x(at))}" x2="${round(x(at))}" y1="${top - 6}" y2="${bottom}"/><text class="tick" text-anchor="middle" x="${round(x(at))}" y="${bottom + 16}">${at >= 1 ? at : at.toPrecision(1)}×</text>`,
  )
  const drawn = bars.map(({ label, value, mark, text, tone }, i) => {
    const y = top + i * rowHeight
    const end = Math.max(x(value), labelWidth + 2)
    const cross =
      mark === undefined
        ? ""
        : `<line class="mark" x1="${round(x(mark))}" x2="${round(x(mark))}" y1="${y + 2}" y2="${y + 24}"/>`
    return `<text text-anchor="end" x="${labelWidth - 10}" y="${y + 18}">${escapeXml(label)}</text><rect class="${tone}" x="${labelWidth}" y="${y + 4}" width="${round(end - labelWidth)}" height="18" rx="2"/>${cross}<text class="value" x="${round(Math.max(end, mark === undefined ? 0 : x(mark)) + 8)}" y="${y + 18}">${escapeXml(text)}</text>`
  })
  const through =
    line === undefined
      ? []
      : [
          `<line class="line" x1="${round(x(line.at))}" x2="${round(x(line.at))}" y1="${top - 6}" y2="${bottom}"/><text class="tick" text-anchor="middle" x="${round(x(line.at))}" y="${top - 12}">${escapeXml(line.label)}</text>`,
        ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(`${title}. ${about}`)}">`,
    `<style>${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="16" y="30">${escapeXml(title)}</text><text class="about" x="16" y="50">${escapeXml(about)}</text>`,
    ...grid,
    ...through,
    ...drawn,
    "</svg>\n",
  ].join("\n")
}
