import { defineConfig } from "vitest/config"

/** One project for each cost: the suffix of a test file tells it. */
const project = (name: string, suffix: string, timeout: number, parallel = true) => ({
  test: {
    name,
    include: [`packages/*/test/**/*.${suffix}.ts`, `test/**/*.${suffix}.ts`],
    exclude: [
      "**/node_modules/**",
      ...(suffix === "test" ? ["**/*.{laws,contract,sim,int,browser}.test.ts"] : []),
    ],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: parallel,
  },
})

export default defineConfig({
  test: {
    projects: [
      project("unit", "test", 10_000),
      project("laws", "laws.test", 60_000),
      project("contract", "contract.test", 60_000),
      project("sim", "sim.test", 120_000),
      project("integration", "int.test", 180_000, false),
      project("browser", "browser.test", 180_000, false),
    ],
  },
})
