#pragma once

namespace fusionflow::validation {

/// The style sheet of reports: readable on a phone, light or dark as the reader's system is.
/// Figures keep a light ground, on which their colours were chosen.
inline constexpr const char* report_style = R"css(
:root { --ground: #ffffff; --text: #1d1f21; --soft: #5a6068; --line: #d7dbe0; --card: #f6f7f9;
  --good: #146c3a; --fair: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --text: #e6e7e9; --soft: #a3a9b1; --line: #343a41; --card: #1f2328;
    --good: #67d391; --fair: #f0b64a; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground);
  color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
h3 { font-size: 1.05rem; margin-bottom: .3rem; }
a { color: inherit; }
.soft { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; min-width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.chip { font-weight: 600; white-space: nowrap; }
.confirmed, .pass { color: var(--good); } .qualified { color: var(--fair); }
.contradicted, .failed { color: var(--bad); }
figure { margin: 1rem 0; background: #ffffff; border: 1px solid var(--line); border-radius: 6px;
  padding: .4rem; overflow-x: auto; }
figure svg { display: block; max-width: 100%; min-width: 33rem; height: auto; margin: 0 auto; }
pre { background: var(--card); padding: .6rem; overflow-x: auto; font-size: .85rem;
  border-radius: 6px; }
details > summary { cursor: pointer; color: var(--soft); }
)css";

}  // namespace fusionflow::validation
