import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade } from "../../../lib/client/index.ts";
import { freshFolder, inBoth, run } from "../../testing/program.ts";
import { example } from "../../testing/tenant.ts";

const tenant = { ade: example<Ade>("ade") };

test("the token that is set, in both languages", async () => {
  const { en, ja } = await inBoth("ade token show --fields server,admin,tokenExpiresAt", { tenant });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "server\tadmin\ttokenExpiresAt\nSIMULATOR\tadmin@example.jp\t2027-04-01T00:00:00.000Z\n",
    requests: [{ operation: "ade" }],
  });
  expect(ja.stderr).toContain("接続先: ");
});

test("a file that is no token is refused; one that is too long, too", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "x.p7m"), "nothing");
  writeFileSync(join(folder, "long.p7m"), new Uint8Array(300_000));
  expect(await run("ade token show x.p7m", { tenant, folder })).toMatchObject({ exit: 3, stdout: "" });
  expect(await run("ade token show long.p7m", { tenant, folder })).toMatchObject({ exit: 3, stdout: "" });
  expect(await run("ade token show none.p7m", { tenant, folder })).toMatchObject({ exit: 6, stdout: "" });
});
