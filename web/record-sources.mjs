// Writes dist/sources.sha256: what dist was made from. gateway/console.cmake holds a build to it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = (name) => readdirSync(name, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
const files = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts",
  "record-sources.mjs", ...folder("src"), ...folder("public")].sort();
const line = (file) => `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${file}\n`;
writeFileSync("dist/sources.sha256", files.map(line).join(""));
