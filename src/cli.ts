import { main } from "./cli/main.ts";
import { outsideOf } from "./cli/outside.ts";

void main(outsideOf(process)).then((exit) => {
  process.exitCode = exit;
});
