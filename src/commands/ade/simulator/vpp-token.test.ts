import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "#support/commands/program.ts";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("writes the token of a location for its owner alone, and says which MDM holds it", async () => {
  const folder = freshFolder();
  const { inBoth, requests } = rehearsal();
  const { en, ja } = await inBoth("ade simulator vpp-token --org Tokyo --other-mdm", { folder });
  const name = "sToken_for_SIMULATOR_Tokyo_.vpptoken";
  expect(en).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: `written: ${name}\nto set it: clomoctl vpp tokens set ${name} --org Tokyo\n`,
  });
  const second = name.replace(".vpptoken", "-2.vpptoken");
  expect(ja.stderr).toBe(`書き出しました: ${second}\n設定するには: clomoctl vpp tokens set ${second} --org Tokyo\n`);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  const content: unknown = JSON.parse(Buffer.from(readFileSync(join(folder, name), "utf8"), "base64").toString());
  expect(content).toMatchObject({ orgName: "SIMULATOR Tokyo" });
  expect(requests.slice(0, 2)).toEqual([
    { asked: "POST http://127.0.0.1:8600/_simulator/vpp-tokens", body: { org: "Tokyo" } },
    {
      asked: "PUT http://127.0.0.1:8600/_simulator/vpp-tokens/holder",
      body: { org: "Tokyo", holder: { id: "simulator-other-mdm", name: "SIMULATOR other MDM", metadata: "" } },
    },
  ]);
});

test("without --other-mdm nobody holds it", async () => {
  const { run, requests } = rehearsal();
  expect(await run("ade simulator vpp-token --org Tokyo -o -")).toMatchObject({ exit: 0, stderr: "" });
  expect(requests[1]?.body).toEqual({ org: "Tokyo", holder: null });
});

test("a location without a name is refused", async () => {
  const { inBoth } = rehearsal();
  const { en, ja } = await inBoth(["ade", "simulator", "vpp-token", "--org", "a".repeat(201)]);
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("org: ") });
  expect(ja.stderr).toContain("org の値が正しくありません");
});
