#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The small scenario with `from` replaced by `to`, and what is said of it.
struct Change {
  char const* from;
  char const* to;
  char const* says;  ///< "line:column+width message", or its beginning
};

std::string changed(Change const& c) {
  std::string text = contents(fixtures / "small.toml");
  auto const at = text.find(c.from);
  EXPECT_NE(at, std::string::npos) << c.from;
  return text.replace(at, std::string(c.from).size(), c.to);
}

void expect_each(std::vector<Change> const& changes) {
  Scratch scratch;
  for (auto const& c : changes) {
    auto const said = brief(faults_of(scratch.write("s.toml", changed(c))));
    ASSERT_THAT(said, SizeIs(1)) << c.to << "\n" << ::testing::PrintToString(said);
    EXPECT_TRUE(said[0].starts_with(c.says)) << c.to << "\n  said     " << said[0] << "\n  expected " << c.says;
  }
}

TEST(Faults, the_small_scenario_has_none) {
  EXPECT_THAT(brief(faults_of(fixtures / "small.toml")), IsEmpty());
}

TEST(Faults, all_come_in_one_pass_sorted_by_place) {
  auto const said = brief(faults_of(fixtures / "faulty.toml"));
  std::vector<std::string> starts;
  for (auto const& s : said) starts.push_back(s.substr(0, s.find(' ')));
  EXPECT_THAT(starts, ElementsAre("3:12+6", "4:1+3", "7:17+7", "8:10+10", "9:12+3", "10:13+2", "11:13+5", "20:8+11", "23:10+8",
                                  "24:8+6", "27:6+5", "29:10+2", "33:10+11", "34:8+10", "36:10+5", "43:8", "48:9+13", "49:8+3",
                                  "53:1+9", "54:8+12", "56:8+3", "61:8+5", "63:19+2", "65:3+5"))
      << ::testing::PrintToString(said);
  auto const all = faults_of(fixtures / "faulty.toml");
  EXPECT_THAT(format(all[1]), HasSubstr("faulty.toml:4:1: error: unknown key \"sed\" in simulation. Did you mean \"seed\"?\n"
                                        "  4 | sed = 3\n"
                                        "    | ^^^"));
  EXPECT_EQ(all[16].message,
            "the scenario would hold 3.2e+13 accelerators and need about 19.2 PB of memory; up to 10 million are simulated");
  EXPECT_EQ(all[8].message, "power would flow in a circle: main <- ups <- main");
}

TEST(Faults, of_one_value) {
  expect_each({
      {"\"1 MW\"", "\"1000\"", "6:17+6 grid_capacity = \"1000\" has no unit (power expected). Write \"1000 W\"?"},
      {"\"1 MW\"", "1000", "6:17+4 grid_capacity = 1000 has no unit (power expected). Write \"1000 W\"?"},
      {"\"1 MW\"", "\"1 MWh\"", "6:17+7 grid_capacity = \"1 MWh\" is an energy, not a power"},
      {"\"1 MW\"", "\"nan W\"", "6:17+7 grid_capacity = \"nan W\" is not a finite number"},
      {"\"1 MW\"", "-inf", "6:17+4 grid_capacity = -inf is not a finite number"},
      {"\"1 MW\"", "\"-1 MW\"", "6:17+7 grid_capacity = \"-1 MW\" is out of range: above 0 W is allowed"},
      {"\"1 MW\"", "\"1e30 MW\"", "6:17+9 grid_capacity = \"1e30 MW\" is beyond belief for a power (more than 1e12 W)"},
      {"\"1 MW\"", "true", "6:17+4 grid_capacity takes a power in quotes, such as \"1 W\", not true or false"},
      {"\"1 MW\"", "[1]", "6:17+3 grid_capacity takes a power in quotes"},
      {"count = 4", "count = 0", "27:9 count = 0 is out of range: from 1 to"},
      {"count = 4", "count = -3", "27:9+2 count = -3 is out of range"},
      {"count = 4", "count = 4.5", "27:9+3 count takes a whole number, not a number"},
      {"count = 4", "count = \"4\"", "27:9+3 count takes a bare whole number (no quotes), not a text"},
      {"count = 4", "count = inf", "27:9+3 count = inf is not a finite number"},
      {"sm = 1,", "sm = \"1\",", "36:19+3 sm takes a bare number (no quotes, no unit), not a text"},
      {"sm = 1,", "sm = 1.5,", "36:19+3 sm = 1.5 is out of range: from 0 to 1 is allowed"},
      {"sm = 1,", "sm = 95,", "36:19+2 sm = 95 is out of range: from 0 to 1 is allowed. Write 0.95 for 95 %?"},
      {"sm = 1,", "sm = nan,", "36:19+3 sm = nan is not a finite number"},
      {"compute = 1", "compute = 1, precision = \"bf61\"", "36:47+6 precision = \"bf61\" is not one of"},
      {"fed_by = [\"utility\"]", "fed_by = \"utility\"",
       "11:10+9 fed_by takes a list of texts: write [\"utility\"], not a text"},
      {"fed_by = [\"utility\"]", "fed_by = [\"utility\", \"utility\"]", "11:22+9 \"utility\" is listed twice in fed_by"},
      {"pool = \"air\"\nfed_by = [\"main\"]", "pool = \"air\"\nfed_by = []", "30:10+2 fed_by is empty"},
      {"2026-07-01T00:00:00+09:00", "\"soon\"", "2:9+6 start takes a date and time such as 2026-07-01T00:00:00+09:00"},
      {"2026-07-01T00:00:00+09:00", "3026-07-01", "2:9+10 start = 3026-07-01 is outside the years 1900 to 2200"},
      {"\"1 d\"", "\"0 s\"", "3:12+5 duration = \"0 s\" is out of range: above 0 s"},
      {"\"1 d\"", "\"200 week\"\nseed = -1", "4:8+2 seed = -1 is out of range"},
      {"id = \"loop\"", "id = \"\"", "14:6+2 id is empty (name of the plant)"},
  });
}

TEST(Faults, of_keys_and_tables) {
  expect_each({
      {"crahs = 3", "crash = 3, crahs = 3", "23:45+5 unknown key \"crash\" in hall[0].air. Did you mean \"crah\"?"},
      {"volume = \"12 m3\"\n", "", "13:1+9 plant[0] needs \"volume\" (water in the loop)"},
      {"count = 4\n", "", "25:1+9 racks[0] needs \"count\" (racks in the group)"},
      {"[[power]]", "[power]", "8:1+7 power is a list of tables: write [[power]], not [power]"},
      {"[site]", "[[site]]", "5:1+8 site is one table: write [site], not [[site]]"},
      {"[simulation]", "[simulatoin]", "1:2+10 unknown key \"simulatoin\". Did you mean \"simulation\"?"},
  });
}

TEST(Faults, of_names_that_lead_nowhere) {
  expect_each({
      {"\"acme/air32\"", "\"acme/air23\"",
       "26:8+12 there is no rack \"acme/air23\" in the catalogue. Did you mean \"acme/air32\"?"},
      {"\"acme/ups\"", "\"x\"",
       "10:8+3 there is no power_unit \"x\" in the catalogue; known are \"acme/transformer\", \"acme/ups\""},
      {"hall = \"a\"", "hall = \"north\"", "28:8+7 there is no hall \"north\"; known are \"a\""},
      {"name = \"burn\"\npool = \"air\"", "name = \"burn\"\npool = \"aire\"",
       "34:8+6 there is no pool of racks \"aire\". Did you mean \"air\"?"},
      {"{ plant = \"loop\"", "{ plant = \"lop\"", "23:17+5 there is no plant \"lop\". Did you mean \"loop\"?"},
      {"[\"utility\"]", "[\"utilty\"]", "11:11+8 there is no power bank \"utilty\". Did you mean \"utility\"?"},
      {"towers = 1\n", "towers = 1\nfluid = \"beer\"\n", "19:9+6 there is no fluid \"beer\" in the catalogue; known are"},
      {"[site]\n", "[site]\ntariff = \"acme/tow\"\n",
       "6:10+10 there is no tariff \"acme/tow\" in the catalogue. Did you mean \"acme/two\"?"},
      {"[site]\n", "[site]\nweather = { file = \"none.epw\" }\n", "6:20+10 there is no file"},
      {"[site]\n", "[site]\nweather = { file = \".\" }\n", "6:20+3 "},
  });
}

TEST(Faults, of_wiring_and_cooling) {
  expect_each({
      {"fed_by = [\"utility\"]", "fed_by = [\"main\"]", "11:10+8 power would flow in a circle: main <- main"},
      {"id = \"main\"", "id = \"main\"\nunits_needed = 2", "10:16 units_needed = 2 is more than units = 1"},
      {"\"acme/air32\"", "\"acme/wet32\"",
       "28:8+3 hall \"a\" has no [hall.liquid], but rack \"acme/wet32\" is cooled by liquid"},
      {"air = {", "liquid = { plant = \"loop\", cdu = \"acme/cdu\", cdus = 1, fed_by = \"main\" }\n#",
       "29:8+3 hall \"a\" has no [hall.air], but rack \"acme/air32\" gives heat to the air"},
      {"towers = 1\n", "", "17:9+12 tower is named, but towers is 0 or missing"},
      {"tower = \"acme/tower\"\n", "", "17:10 towers = 1, but no tower is named"},
      {"tower = \"acme/tower\"\ntowers = 1\n", "", "13:1+9 plant \"loop\" has nothing that takes its heat"},
      {"fed_by = [\"main\"]\n\n[[steady]]", "fed_by = [\"main\"]\npower_limit = \"900 W\"\n[[steady]]",
       "31:15+7 power_limit is above the board limit of 700 W"},
      {"fed_by = [\"main\"]\n\n[[steady]]",
       "fed_by = [\"main\"]\npower_limit = \"150 W\"\n[accelerator.\"acme/one\"]\npower_limit_minimum = \"200 W\"\n[[steady]]",
       "31:15+7 power_limit = 150 W is below the lowest limit that Acme One takes, 200 W"},
      {"[[steady]]", "[accelerator.\"acme/one\"]\npower_limit_minimum = \"800 W\"\n[[steady]]",
       "33:23+7 power_limit_minimum is above power_limit = 700 W"},
  });
}

TEST(Faults, of_demand) {
  expect_each({
      {"accelerators = 8", "accelerators = 129", "35:16+3 holds 129 accelerators, but pool \"air\" has 128"},
      {"count = 4", "count = 1000000", "27:9+7 the scenario would hold 3.2e+07 accelerators and need about 19.2 GB of memory"},
      {"count = 4", "count = 1000000000000",
       "27:9+13 the scenario would hold 3.2e+13 accelerators and need about 19.2 PB of memory"},
      {"[simulation]", "record = { period = \"1 us\" }\n[simulation]", "1:21+6 the results would have 8.64e+10 rows"},
      {"[[steady]]",
       "[[mix]]\nname = \"m\"\npool = \"air\"\nmean_interarrival = \"1 us\"\nduration_median = \"1 h\"\naccelerators_max = 64\n"
       "activity = {}\n[[steady]]",
       "35:21+6 the stream would have 8.64e+10 jobs"},
      {"[[steady]]", "[[steady]]\nname = \"burn\"\npool = \"air\"\naccelerators = 8\nactivity = {}\n[[steady]]",
       "38:8+6 steady \"burn\" was declared before, in line 33"},
      {"[[steady]]", "[[service]]\nname = \"burn\"\npool = \"air\"\naccelerators = 8\npeak = {}\n[[steady]]",
       "38:8+6 the name \"burn\" is taken by service[0]"},
      {"[[steady]]", "[[trace]]\nname = \"t\"\nfile = \"s.toml\"\npools = { air = 0.7 }\nactivity = {}\n[[steady]]",
       "35:9+13 the shares of the pools sum to 0.7, not to 1"},
  });
  std::string const job =
      "[[training]]\nname = \"t\"\npool = \"air\"\nmodel = \"acme/7b\"\naccelerators = 64\nbatch_sequences = 512\nsequence = "
      "2048\n"
      "network_bandwidth = \"50 GB/s\"\n";
  auto const with = [&](std::string const& more) { return job + more + "\n[[steady]]"; };
  auto const indivisible = with("pipeline_parallel = 3"), batch = with("micro_batch = 3"),
             stages = with("pipeline_parallel = 64"), dense = with("expert_parallel = 2"), heads = with("tensor_parallel = 64"),
             checkpoints = with("checkpoint_interval = \"1 h\"");
  expect_each({
      {"[[steady]]", indivisible.c_str(), "36:16+2 accelerators = 64 is not a multiple of tensor x pipeline x context = 3"},
      {"[[steady]]", batch.c_str(), "37:19+3 batch_sequences = 512 is not a multiple of replicas x micro_batch = 64 x 3"},
      {"[[steady]]", stages.c_str(), "40:21+2 more pipeline stages (64) than layers (32) of acme/7b"},
      {"[[steady]]", dense.c_str(), "40:19 expert_parallel = 2, but acme/7b has no experts"},
      {"[[steady]]", heads.c_str(), "40:19+2 tensor_parallel = 64 is more than the 32 attention heads of acme/7b"},
      {"[[steady]]", checkpoints.c_str(), "40:23+5 checkpoints need storage_bandwidth"},
  });
}

TEST(Faults, of_tariff_bands) {
  std::string const head = "[tariff.t]\nname = \"t\"\nband = [\n";
  std::string const gap = head + "{ name = \"a\", hours = [0, 1], price = \"1 KRW/kWh\" }\n]\n[site]\ntariff = \"t\"\n";
  std::string const overlap =
      head +
      "{ name = \"a\", price = \"1 KRW/kWh\" },\n{ name = \"b\", months = [12], hours = [3], days = [\"sunday\"], price = "
      "\"1 KRW/kWh\" }\n]\n[site]\ntariff = \"t\"\n";
  expect_each({
      {"[site]\n", gap.c_str(),
       "5:1+10 no band has a price for 792 of 864 kinds of hour: months 1-12, weekday, saturday, sunday, hours 2-23"},
      {"[site]\n", overlap.c_str(), "9:1+82 band \"b\" overlaps band \"a\" in month 12, sunday, hour 3"},
  });
  auto const bands = [&](std::string const& more) { return head + more + "]\n[site]\ntariff = \"t\"\n"; };
  // Two blocks of missing hours: the first is told.
  auto const holes = bands(
      "{ name = \"a\", months = [1, 2, 3, 6, 7, 8, 9, 10, 11, 12], price = \"1 KRW/kWh\" },\n"
      "{ name = \"b\", months = [4, 5], hours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, "
      "23], "
      "price = \"1 KRW/kWh\" },\n"
      "{ name = \"c\", months = [5], hours = [11], days = [\"saturday\"], price = \"1 KRW/kWh\" }\n");
  expect_each({
      {"[site]\n", holes.c_str(),
       "5:1+10 no band has a price for 11 of 864 kinds of hour: first month 4, weekday, hours 10-11"},
  });
}

TEST(Faults, of_tariffs_of_each_kind) {
  auto const with = [](std::string const& keys) { return "[tariff.t]\nname = \"t\"\n" + keys + "\n[site]\ntariff = \"t\"\n"; };
  auto const flat = with("kind = \"flat\""), band = with("kind = \"flat\"\nprice = \"1 KRW/kWh\"\nband = []"),
             price = with("price = \"1 KRW/kWh\""), series = with("kind = \"hourly\"");
  auto const hourly = [&](std::string const& unit, std::string const& zone) {
    return with("kind = \"hourly\"\n[tariff.t.series]\nfile = \"" + (fixtures / "jobs.csv").string() +
                "\"\ntime_column = \"a\"\ncolumn = \"b\"\nunit = \"" + unit + "\"\ntime_zone = \"" + zone + "\"");
  };
  auto const unit = hourly("KRW", "+09:00"), zone = hourly("KRW/MWh", "KST");
  std::string const good = "kind = \"flat\"\nprice = \"1 KRW/kWh\"\n";
  auto const ratchet = with(good + "ratchet = { share = 0.8 }"), month = with(good + "ratchet = { months = [13] }"),
             clause = with(good + "power_factor = { basis = 0.5, rate = 0.2 }"), none = with(good + "holidays = [\"mars\"]");
  expect_each({
      {"[site]\n", flat.c_str(), "5:1+10 tariff.t needs \"price\""},
      {"[site]\n", band.c_str(), "9:8+2 band belongs to kind = \"time_of_use\""},
      {"[site]\n", series.c_str(), "5:1+10 tariff.t needs \"series\""},
      {"[site]\n", unit.c_str(), "12:8+5 unit = \"KRW\" is no unit of energy price; write KRW/kWh, KRW/MWh"},
      {"[site]\n", zone.c_str(), "13:13+5 time_zone = \"KST\" is not an offset"},
      {"[site]\n", ratchet.c_str(), "9:11+15 the ratchet needs months whose peaks it keeps, or a contract_share"},
      {"[site]\n", month.c_str(), "9:23+2 months = 13 is out of range"},
      {"[site]\n", clause.c_str(), "9:16+27 worst, basis and best must increase: 0.6, 0.5, 0.95"},
      {"[site]\n", none.c_str(), "9:13+6 there is no holiday_calendar \"mars\" in the catalogue"},
  });
  Scratch scratch;
  auto const said = brief(faults_of(scratch.write("s.toml", changed({"[site]\n", price.c_str(), ""}))));
  ASSERT_THAT(said, SizeIs(2));
  EXPECT_TRUE(said[1].starts_with("7:9+11 price belongs to kind = \"flat\"")) << said[1];
}

TEST(Faults, of_bills) {
  expect_each({
      {"[site]\n", "[site]\nholidays = [\"2026-02-29\"]\n", "6:13+12 \"2026-02-29\" is not a date such as \"2026-01-01\""},
      {"[site]\n", "[site]\nholidays = [\"1 May\"]\n", "6:13+7 \"1 May\" is not a date"},
      {"[site]\n", "[site]\ncompare_tariffs = [\"acme/two\"]\n",
       "6:19+12 there is no tariff to compare with: write tariff = \"acme/two\"?"},
      {"[site]\n", "[site]\ntariff = \"acme/two\"\ncompare_tariffs = [\"acme/tow\"]\n",
       "7:20+10 there is no tariff \"acme/tow\" in the catalogue. Did you mean \"acme/two\"?"},
      {"[site]\n", "[site]\npower_factor = 1.2\n", "6:16+3 "},
      {"[site]\n", "[site]\ncarbon = { renewable_column = \"x\" }\n", "6:31+3 renewable_column needs the file"},
      {"[site]\n", "[site]\ncarbon = { unit = \"g\" }\n", "6:19+3 unit = \"g\" is no unit of emission factor"},
  });
  Scratch scratch;
  auto const idle = scratch.write("s.toml", changed({"[site]\n", "[site]\npower_factor = 0.9\npast_peak = \"1 MW\"\n", ""}));
  EXPECT_THAT(brief(read_scenario(idle, with_fixtures()).warnings),
              ElementsAre("6:16+3 power_factor has no effect: no tariff of the site has a power factor clause",
                          "7:13+6 past_peak has no effect: no tariff of the site looks back"));
}

TEST(Faults, of_model_shapes) {
  auto const with = [](std::string const& more) {
    return "[model.mine]\nname = \"mine\"\nparameters = 1e9\nlayers = 8\nhidden = 1024\nheads = 8\n" + more + "\n[site]";
  };
  auto const query = with("query_latent = 512"), rope = with("rope_dim = 64"), nodes = with("expert_node_limit = 4"),
             met = with("experts = 4\nexperts_a_token = 8");
  expect_each({
      {"[site]", query.c_str(), "11:16+3 query_latent needs kv_latent"},
      {"[site]", rope.c_str(), "11:12+2 rope_dim needs kv_latent"},
      {"[site]", nodes.c_str(), "11:21 expert_node_limit limits experts, but experts is 0 or missing"},
      {"[site]", met.c_str(), "12:19 a token meets more experts than the 4 of a layer"},
  });
}

TEST(Faults, of_inline_catalogue_entries) {
  std::string const head = "[psu.mine]\nname = \"mine\"\nrating = \"1 kW\"\n";
  auto const with = [&](std::string const& loss) { return head + "loss = " + loss + "\n[site]"; };
  auto const wrong_key = with("{ form = \"quadratic\", no_load = 0.01, constant = \"3 W\" }");
  auto const wrong_type = with("{ form = \"affine\", efficiency = [0.9] }");
  auto const lengths = with("{ form = \"table\", load = [0.5, 1], efficiency = [0.9] }");
  auto const order = with("{ form = \"table\", load = [1, 0.5], efficiency = [0.9, 0.9] }");
  auto const missing = with("{ form = \"table\", load = [1] }");
  auto const tag = with("{ form = \"affine\", efficiency = { value = 0.9, teir = \"assumed\" } }");
  auto const tier = with("{ form = \"affine\", efficiency = { value = 0.9, tier = \"asumed\" } }");
  expect_each({
      {"[site]", wrong_key.c_str(), "8:57+5 constant belongs to form = \"affine\""},
      {"[site]", wrong_type.c_str(), "8:40+5 efficiency takes a number, not a list"},
      {"[site]", lengths.c_str(), "8:56+5 load has 2 points, efficiency 1"},
      {"[site]", order.c_str(), "8:33+8 the loads must increase from point to point"},
      {"[site]", missing.c_str(), "8:8+30 psu.mine.loss needs \"efficiency\""},
      {"[site]", tag.c_str(), "8:55+4 unknown key \"teir\" beside a value. Did you mean \"tier\"?"},
      {"[site]", tier.c_str(),
       "8:62+8 a tier is \"measured\", \"literature\", \"datasheet\", \"assumed\" or \"user\". Write \"assumed\"?"},
  });
}

TEST(Faults, of_files_that_are_no_scenario) {
  Scratch scratch;
  auto const say = [&](std::filesystem::path const& file) {
    auto const all = faults_of(file);
    EXPECT_THAT(all, SizeIs(1));
    if (all.empty()) return std::string();
    EXPECT_EQ(all[0].file, file.string());
    return brief(all)[0];
  };
  scratch.write("here.toml", "a = 1");
  EXPECT_THAT(say(scratch.folder / "her.toml"), HasSubstr("0:0 no such file; did you mean"));
  EXPECT_EQ(say(scratch.folder), "0:0 is a folder, not a TOML file");
  EXPECT_THAT(say(scratch.write("nul.toml", std::string("a = 1\0b = 2", 11))),
              HasSubstr("0:0 is not a text file (it holds NUL bytes)"));
  EXPECT_EQ(say(scratch.write("empty.toml", "")), "0:0 is empty");
  EXPECT_EQ(say(scratch.write("latin1.toml", "a = 1\nname = \"Caf\xe9\"\n")),
            "2:12 byte 0xE9 is not valid UTF-8; save the file as UTF-8");
  EXPECT_THAT(say(scratch.write("overlong.toml", "a = \"\xc0\xaf\"\n")), HasSubstr("1:6 byte 0xC0 is not valid UTF-8"));
  EXPECT_THAT(say(scratch.write("surrogate.toml", "a = \"\xed\xa0\x80\"\n")), HasSubstr("1:6 byte 0xED is not valid UTF-8"));
  EXPECT_EQ(say(scratch.write("feed.toml", "a = 1\n[[\f]]\n")), "2:3 a control character, which TOML does not allow");
  EXPECT_EQ(say(scratch.write("mac.toml", "a = 1\rb = 2\r")), "1:6 a control character, which TOML does not allow");
  EXPECT_EQ(say(scratch.write("header1.toml", "a = 1\n[\n")), "2:2 not valid TOML: a table header needs a key, such as [site]");
  EXPECT_EQ(say(scratch.write("header2.toml", "a = 1\n  [[ =]]\n")),
            "2:6 not valid TOML: a table header needs a key, such as [site]");
  EXPECT_THAT(say(scratch.write("cut.toml", "a = [1,\n")), HasSubstr("not valid TOML: array"));
  EXPECT_THAT(say(scratch.write("twice.toml", "a = 1\na = 2\n")),
              HasSubstr("2:5 not valid TOML: key-value pair: cannot redefine"));
  EXPECT_THAT(say(scratch.write("brackets.toml", "a = " + std::string(100000, '['))), HasSubstr("not valid TOML"));
  std::string dots = "a";
  for (int i = 0; i < 100000; ++i) dots += ".a";
  EXPECT_EQ(say(scratch.write("dots.toml", dots + " = 1\n")), "1:130 keys are nested more than 64 deep");
  EXPECT_EQ(say(scratch.write("header.toml", "[" + dots + "]\n")), "1:131 keys are nested more than 64 deep");
  EXPECT_THAT(say(scratch.write("huge.toml", std::string((64U << 20) + 1, '#'))), HasSubstr("0:0 is larger than 64 MB"));
}

TEST(Faults, none_of_windows_line_ends_and_a_byte_order_mark) {
  Scratch scratch;
  std::string text = "\xef\xbb\xbf";
  for (char const c : contents(fixtures / "small.toml")) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(brief(faults_of(scratch.write("dos.toml", text))), IsEmpty());
}

TEST(Faults, quote_no_terminal_escapes) {
  Scratch scratch;
  auto const all = faults_of(scratch.write("s.toml", changed({"[site]", "[site]\n\"\\u001b[31m\" = 1", ""})));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(format(all[0]).find('\x1b'), std::string::npos);
}

TEST(Warnings, tell_of_what_is_possible_but_hardly_meant) {
  Scratch scratch;
  auto const warn = [&](Change const& c) {
    auto const s = read_scenario(scratch.write("s.toml", changed(c)), with_fixtures());
    for (auto const& w : s.warnings) EXPECT_EQ(w.severity, Severity::warning);
    return brief(s.warnings);
  };
  EXPECT_THAT(
      warn({"\"1 MW\"", "\"100 kW\"", ""}),
      ElementsAre(
          "6:17+8 the racks and the base load are rated 168 kW before losses and cooling, above the contract of 100 kW"));
  EXPECT_THAT(warn({"crahs = 3", "crahs = 2 ", ""}), IsEmpty());
  EXPECT_THAT(warn({"count = 4", "count = 22", ""}),
              ElementsAre(HasSubstr("supply air of 22 degC is not reached"),
                          "23:53 3 air handlers are rated 900 kW, the air heat of the racks 924 kW"));
  EXPECT_THAT(warn({"pool = \"air\"\naccelerators = 8", "pool = \"air\"\nstart = \"2 d\"\naccelerators = 8", ""}),
              ElementsAre("35:9+5 starts when the run is already over"));
}

}  // namespace
}  // namespace ondol::schema
