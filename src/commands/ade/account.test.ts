import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows the server, the organisation and the endpoint, in both languages", async () => {
  const tenant = { contactAde: example("contactAde") };
  const { en, ja } = await runInBoth("ade account --fields serverName,adminId", { tenant });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "serverName\tadminId\nSIMULATOR\tadmin@example.jp\n",
    requests: [{ operation: "contactAde", json: {} }],
  });
  expect(en.stderr).toBe("endpoint: SIMULATOR http://127.0.0.1:8080; MDM server: SIMULATOR\n");
  expect(ja.stderr).toBe("接続先: シミュレーター http://127.0.0.1:8080、MDM サーバ: SIMULATOR\n");
});
