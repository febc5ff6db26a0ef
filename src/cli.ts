import { main } from "./cli/main.ts";
import { outsideOf } from "./cli/outside.ts";

process.exitCode = await main(outsideOf(process));
