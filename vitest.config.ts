import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { compiled as env } from "./packages/testkit/src/compiled.ts"

interface Cost {
  /** Before `.ts`, the name of a test file ends so. */
  readonly suffix: string
  readonly timeout: number
  /** Of its files run at once. */
  readonly workers: number
  /** The projects of one number run together, before those of the next. */
  readonly order: number
  /** Files share the worker's modules: loading them anew takes longer than most of these tests. They keep no state in modules. */
  readonly share?: true
  readonly only?: ReadonlyArray<string>
  readonly without?: ReadonlyArray<string>
}

const cores = availableParallelism()

/**
 * What kills the server under test, loads the machine with all it has, or measures who holds up whom: nothing else runs meanwhile.
 * Other integration tests mostly wait, for a process, a timer or an answer. A browser takes the machine too: its files run one by one.
 */
const alone = ["chaos", "durability", "*Kill", "eventStoreCrash", "largeGroups", "nodes", "pausedReader"].map(
  (name) => `**/${name}.int.test.ts`,
)

const project = (name: string, { suffix, timeout, workers, order, share, only, without = [] }: Cost) => ({
  test: {
    name,
    include: only ?? [`packages/*/test/**/*.${suffix}.ts`, `test/**/*.${suffix}.ts`],
    exclude: ["**/node_modules/**", ...without],
    env,
    testTimeout: timeout,
    hookTimeout: timeout,
    maxWorkers: workers,
    isolate: share !== true,
    sequence: { groupOrder: order },
  },
})

const fast = { workers: cores, order: 0 }

export default defineConfig({
  test: {
    projects: [
      project("unit", {
        ...fast,
        suffix: "test",
        timeout: 10_000,
        share: true,
        without: ["**/*.{laws,contract,sim,int,browser}.test.ts"],
      }),
      project("laws", { ...fast, suffix: "laws.test", timeout: 60_000 }),
      project("contract", { ...fast, suffix: "contract.test", timeout: 60_000 }),
      project("sim", { ...fast, suffix: "sim.test", timeout: 120_000 }),
      project("integration", { suffix: "int.test", timeout: 180_000, workers: 2, order: 1, without: alone }),
      project("browser", { suffix: "browser.test", timeout: 180_000, workers: 1, order: 2 }),
      project("alone", { suffix: "int.test", timeout: 180_000, workers: 1, order: 3, only: alone }),
    ],
  },
})
