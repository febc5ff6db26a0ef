import { expect, test } from "vitest";
import { formatTable } from "./table.ts";

test("a line has its figures under their headings, rounded", () => {
  const figures = { seconds: 6.1234, peerSeconds: 2.0411, ratio: 3.0001, rssMb: 149.6 };
  const target = { must: 3, mustRssMb: 150 };
  expect(formatTable([{ work: "import", target, figures, verdict: "missed", note: "10 users" }])).toBe(
    [
      "work    seconds  peer s  ratio  must  RSS MB  must  verdict",
      "import    6.123   2.041   3.00  3.00     150   150  MISSED   10 users",
      "",
    ].join("\n"),
  );
});

test("a figure that is not there is a dash", () => {
  const figures = { seconds: 1, peerSeconds: undefined, ratio: undefined, rssMb: undefined };
  expect(formatTable([{ work: "check", target: { must: 1 }, figures, verdict: "unknown", note: "" }])).toBe(
    [
      "work   seconds  peer s  ratio  must  RSS MB  must  verdict",
      "check    1.000       –      –  1.00       –     –  not judged",
      "",
    ].join("\n"),
  );
});
