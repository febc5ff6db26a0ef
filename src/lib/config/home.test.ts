import { expect, test } from "vitest";
import { listProgramPaths, locateHome } from "./home.ts";

const place = { userFolder: "/home/ann", workingFolder: "/place" };

test.each([
  ["CLOMOCTL_HOME", { CLOMOCTL_HOME: "/srv/here" }, "/srv/here"],
  ["a relative CLOMOCTL_HOME", { CLOMOCTL_HOME: "here" }, "/place/here"],
  ["the user's folder if it is blank", { CLOMOCTL_HOME: "", XDG_CONFIG_HOME: "/x" }, "/home/ann/.clomoctl"],
])("everything is in %s", (_, environment, root) => {
  expect(locateHome({ ...place, environment, userId: 7 })).toEqual({
    folder: root,
    tenants: `${root}/tenants`,
    cache: `${root}/cache`,
    temporary: `${root}/tmp`,
    userId: 7,
  });
});

test("the program's own data is in certain folders and files, not in the whole home", () => {
  expect(listProgramPaths(locateHome({ ...place, environment: { CLOMOCTL_HOME: "here" } }))).toEqual([
    "/place/here/contexts.json",
    "/place/here/settings.lock",
    "/place/here/notify.yaml",
    "/place/here/serve.yaml",
    "/place/here/smtp-password",
    "/place/here/runs",
    "/place/here/answers.json",
    "/place/here/sealing.key",
    "/place/here/credentials",
    "/place/here/sessions",
    "/place/here/copies",
    "/place/here/tenants",
    "/place/here/cache",
    "/place/here/tmp",
  ]);
});
