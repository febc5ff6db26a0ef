import fc from "fast-check";
import { expect, test } from "vitest";
import { PlanAction } from "../contract/index.ts";
import { INPUT_PROBLEM, PLAN_ROW, type LineShape } from "./line-shapes.ts";

const ROW = {
  row: 2,
  line: 3,
  key: "a@example.jp",
  action: "update",
  changed: ["name"],
  setsSecret: false,
  exists: true,
  after: [
    { field: "name", value: "山田" },
    { field: "title", value: null },
    { field: "emails", value: ["a@example.jp", "b@example.jp"] },
  ],
};
const PROBLEM = {
  code: "too-long",
  severity: "error",
  row: 2,
  line: 3,
  column: 1,
  header: "氏名",
  params: { length: 300, max: 256, header: "氏名" },
};

const values = fc.oneof(
  fc.constantFrom<unknown>(null, -1, 0.5, 2 ** 53, "", "delete", "warning", [], ["x"], [1], {}, true, undefined),
  fc.constantFrom<unknown>([{ field: "x", value: "y" }], [{ field: "x" }], [{ field: "x", value: 1 }], [{}, null]),
  fc.constantFrom<unknown>([{ field: "x", value: null, more: 1 }], [{ field: 1, value: null }], { a: null }, { a: 1 }),
  fc.json().map((json): unknown => JSON.parse(json)),
);

/** The object as transmitted, with some of its fields changed, left out or added. */
const changed = (usual: object) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(usual), "more", "toString"), values, { maxKeys: 3 })
    .map((changes): unknown => JSON.parse(JSON.stringify({ ...usual, ...changes })));

test.each<[string, LineShape<unknown>, object]>([
  ["a row of a plan", PLAN_ROW, ROW],
  ["a problem", INPUT_PROBLEM, PROBLEM],
])("%s is taken at once where the contract's schema takes it as it is, and only there", (_, shape, usual) => {
  expect(shape.isUsual(usual)).toBe(true);
  const agrees = (value: unknown): void => {
    const parsed = shape.schema.safeParse(value);
    const asItIs = parsed.success && JSON.stringify(parsed.data) === JSON.stringify(value);
    expect(shape.isUsual(value)).toBe(asItIs);
  };
  fc.assert(fc.property(fc.oneof(changed(usual), values), agrees), { numRuns: 2000 });
});

test("every kind of line there is comes the short way", () => {
  for (const action of PlanAction.options) expect(PLAN_ROW.isUsual({ ...ROW, action }), action).toBe(true);
  expect(PLAN_ROW.isUsual({ ...ROW, changed: [], after: [], setsSecret: true, exists: false })).toBe(true);
  for (const severity of ["error", "warning"]) {
    expect(INPUT_PROBLEM.isUsual({ ...PROBLEM, severity, params: {} }), severity).toBe(true);
  }
});

test.each<[string, LineShape<unknown>, object]>([
  ["a row of a plan", PLAN_ROW, ROW],
  ["a problem", INPUT_PROBLEM, PROBLEM],
])("%s is left to the schema with any of its fields of another kind, missing, or one more", (_, shape, usual) => {
  for (const name of Object.keys(usual)) {
    for (const value of [null, 0.5, "other", [1], { 1: 1 }, undefined]) {
      const changed: object = JSON.parse(JSON.stringify({ ...usual, [name]: value }));
      expect(shape.isUsual(changed), `${name} ${JSON.stringify(value)}`).toBe(shape.schema.safeParse(changed).success);
    }
  }
  expect(shape.isUsual({ ...usual, more: 1 })).toBe(false);
  for (const none of [null, [], "row", 1, undefined]) expect(shape.isUsual(none)).toBe(false);
});

test("a parameter named __proto__ is left to the schema", () => {
  const problem: unknown = JSON.parse(JSON.stringify(PROBLEM).replace('"header":"氏名"}', '"__proto__":"x"}'));
  expect(INPUT_PROBLEM.isUsual(problem)).toBe(false);
});
