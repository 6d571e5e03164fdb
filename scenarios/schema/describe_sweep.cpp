#include "scenarios/schema/sweep_file.hpp"

namespace ondol::schema {

using Shape = slot::Raw::Shape;

void describe(Table& t, RangeTable& s) {
  using Scale = RangeTable::Scale;
  t.raw("from", s.from, Shape::number, "first value").required();
  t.raw("to", s.to, Shape::number, "last value").required();
  t("steps", s.steps, "number of values, both ends among them").range(2, 1e6);
  t.raw("step", s.step, Shape::number, "instead of steps: distance of the values");
  t("scale", s.scale, {{Scale::linear, "linear"}, {Scale::log, "log"}}, "equal differences or equal ratios");
}

void describe(Table& t, DistributionTable& s) {
  using Kind = DistributionSpec::Kind;
  bool const normal = s.kind == Kind::normal;
  t("kind", s.kind,
    {{Kind::uniform, "uniform"},
     {Kind::log_uniform, "log_uniform"},
     {Kind::normal, "normal"},
     {Kind::triangular, "triangular"}},
    "of the values")
      .required();
  auto& from = t.raw("from", s.from, Shape::number, "least value; of a normal one: where it is cut off");
  if (!normal) from.required();
  auto& to = t.raw("to", s.to, Shape::number, "greatest value; of a normal one: where it is cut off");
  if (!normal) to.required();
  t.raw("mean", s.mean, Shape::number, "before it is cut off").required().only_if(normal, "kind = \"normal\"");
  t.raw("deviation", s.deviation, Shape::number, "standard deviation before it is cut off")
      .required()
      .only_if(normal, "kind = \"normal\"");
  t.raw("mode", s.mode, Shape::number, "most likely value")
      .required()
      .only_if(s.kind == Kind::triangular, "kind = \"triangular\"");
}

void describe(Table& t, CaseTable& s) {
  t("name", s.name, "of the case").identity();
  t.raw("set", s.set, Shape::table, "values of the case, by the path of their key");
}

void describe(Table& t, AxisTable& s) {
  t("name", s.name, "of the dimension: a word of letters, digits and _").identity();
  t("long_name", s.long_name, "for tables and pictures; none: what the key is");
  t("key", s.key, "path of the key that takes the values");
  t("keys", s.keys, "instead of key: several that take the same value");
  t.raw("scale", s.scale, Shape::table,
        "instead of key: paths and what they are at 100 %; the values of the axis are shares of it");
  t.raw("complement", s.complement, Shape::table, "beside scale: paths that take what is left of 100 %");
  t.raw("values", s.values, Shape::list, "one by one");
  t("labels", s.labels, "of the values; none: as they are written");
  t("range", s.range, "instead of values: from here to there");
  t("distribution", s.distribution, "instead of values, in sampled designs: drawn");
  t("files", s.files, "instead of values: files, by their names").file();
  t("case", s.cases, "instead of key and values: named sets of values");
  t("file", s.file, "instead of case: CSV with a column of names, then one for each key").file();
}

void describe(Table& t, SkipTable& s) {
  t("when", s.when, "condition on axes, such as supply >= \"24 degC\" and climate == \"singapore\"").required();
  t("why", s.why, "reason, for the list of runs");
}

void describe(Table& t, EnsembleSpec& s) {
  t("members", s.members, "runs in place of each").range(1, 1e6).required();
  t("calibration", s.calibration, "members differ in the boards' energies, as far as their fit leaves open");
  t("catalogue", s.catalogue, "members differ in catalogue values, by the uncertainty that they carry");
  t("seeds", s.seeds, "members differ in the random demand");
  t("assume", s.assume, "relative uncertainty of catalogue values that carry none, by tier").range(0, 1);
  t("seed", s.seed, "of the first member's demand");
}

void describe(Table& t, SweepFile& s) {
  using Design = SweepSpec::Design;
  using Keep = SweepSpec::Keep;
  t("name", s.name, "short, for the folder of its results; none: as the file");
  t("description", s.description, "one sentence");
  t("base", s.base, "scenario that is changed").file().required();
  t("design", s.design,
    {{Design::grid, "grid"},
     {Design::zip, "zip"},
     {Design::latin_hypercube, "latin_hypercube"},
     {Design::sobol, "sobol"},
     {Design::saltelli, "saltelli"}},
    "all combinations, the first values together then the second, or samples");
  t("samples", s.samples, "of a sampled design").range(1, 1e6);
  t("seed", s.seed, "of a sampled design");
  t("keep", s.keep, {{Keep::all, "all"}, {Keep::site, "site"}, {Keep::key_figures, "key_figures"}},
    "results of each run: all, those of the site, or key figures only");
  t("responses", s.responses, "key figures of the index; none: all");
  t.raw("set", s.set, Shape::table, "values for every run, by the path of their key");
  t("ensemble", s.members, "members in place of each run").range(1, 1e6).only_if(s.counts_members, "a number of members");
  t("ensemble", s.ensemble, "members in place of each run").only_if(!s.counts_members, "a table");
  t("axis", s.axis, "what is changed");
  t("skip", s.skip, "combinations that are left out");
}

void describe(Table& t, SizeTable& s) {
  using Aim = SizeSpec::Aim;
  t("name", s.name, "of what is sized, a word; none: size");
  t("long_name", s.long_name, "for tables and pictures; none: what the key is");
  t("key", s.key, "path of the key that is sized");
  t("keys", s.keys, "instead of key: several that take the same value");
  t.raw("scale", s.scale, Shape::table, "instead of key: paths and what they are at 100 %; from and to are shares of it");
  t.raw("complement", s.complement, Shape::table, "beside scale: paths that take what is left of 100 %");
  t.raw("from", s.from, Shape::number, "least value that is thought of").required();
  t.raw("to", s.to, Shape::number, "greatest value that is thought of").required();
  t.raw("resolution", s.resolution, Shape::number, "how exact the answer is to be").required();
  t("aim", s.aim, {{Aim::largest, "largest"}, {Aim::smallest, "smallest"}}, "which value that keeps all limits");
  t("looks", s.looks, "values of the first look at the range").range(2, 1000);
  t("share", s.share, "of the members of an ensemble that must keep the limits").above(0, 1);
}

void describe(Table& t, LimitTable& s) {
  t("of", s.of, "key figure, or n_minus_1").required();
  t.raw("at_most", s.at_most, Shape::number, "with its unit");
  t.raw("at_least", s.at_least, Shape::number, "with its unit");
  t("in", s.in, "cases that it is for; none: all, and the scenario as it is (\"as declared\")");
}

void describe(Table& t, SizeCaseTable& s) {
  t("name", s.name, "of the case").identity();
  t.raw("set", s.set, Shape::table, "values of the case, by the path of their key");
  t("lose", s.lose, "one unit after the other is lost: of power, of cooling, or of these banks, plants and halls");
  t("start", s.start, "of the loss, after the start of the run; none: the hottest hour").range(0, 3.2e9);
  t("duration", s.duration, "of the loss; none: to the end").above(0, 3.2e9);
}

void describe(Table& t, SizeFile& s) {
  t("name", s.name, "short, for the folder of its results; none: as the file");
  t("description", s.description, "one sentence");
  t("base", s.base, "scenario that is sized").file().required();
  t.raw("set", s.set, Shape::table, "values for every run, by the path of their key");
  t("size", s.size, "what is sized").required();
  t("limit", s.limit, "what must be kept").required();
  t("case", s.cases, "limits must be kept in each, and in the scenario as it is");
  t("ensemble", s.members, "members in place of each run").range(1, 1e6).only_if(s.counts_members, "a number of members");
  t("ensemble", s.ensemble, "members in place of each run").only_if(!s.counts_members, "a table");
}

}  // namespace ondol::schema
