// Once warm, filling a batch allocates nothing: operator new is counted over 10,000 events.
#include <gtest/gtest.h>

#include <cstdio>

#include "outgoing_events.h"
#include "support/allocations.h"
#include "thread_cpu.h"

namespace octroi::policies {
namespace {

constexpr int kBatches = 100;
constexpr std::uint64_t kEvents = 100;

// OpenSSL's own memory, of which P2 takes some for each token, is not counted.
void AllocatesNothing(const OutgoingForm& form, const char* what) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {form});
  Fields fields = Person(1);
  fields.Text(kNote, "2026-11-21T10:00:00+01:00");
  ProtectedBatch batch;
  const auto deliver = [&] {
    maker->Begin(0, batch);
    for (std::uint64_t i = 0; i < kEvents; ++i) {
      const base::Millis received = 1'795'251'600'000 + static_cast<base::Millis>(i) * 86'400'000;
      const OutgoingEvent event{i, "lead.created", 0, {~0u, ~0u}, {}, &fields, received};
      if (!maker->Add(0, event, batch)) std::abort();
    }
    EXPECT_TRUE(maker->Finish(0, batch));
  };
  deliver();
  const long before = testing::Allocations();
  const double start = crypto::ThreadCpuNanos();
  for (int i = 0; i < kBatches; ++i) deliver();
  const double took = crypto::ThreadCpuNanos() - start;
  EXPECT_EQ(testing::Allocations(), before);
  std::printf("%s, one event with three tokens, in batches of 100: %.0f ns (not asserted)\n", what,
              took / (kBatches * static_cast<double>(kEvents)));
}

TEST(ProtectedBatch, AllocatesNothingOnceWarm) {
  AllocatesNothing(Form("crm"), "the standard body");
  OutgoingForm form = Form("crm");
  ASSERT_EQ(
      Template::Parse(
          R"({"a constant before the list, longer than a short string":1,"l":{"$each":{"i":{"$id":true},"e":{"$event":{"lead.created":"lead"}},
                   "p":{"a":{"$field":"unlisted"},"b":{"$field":"amount","as":"string"}},
                   "k":[{"$field":"email"},{"$first":[{"$field":"phone"},"-"]},{"$field":"customer_id"}],
                   "t":{"s":{"$date":"note","as":"unix_s"},"r":{"$date":"note","as":"rfc3339"},
                        "d":{"$date":"note","as":"date"}}}}})",
          form.body)
          .what,
      TemplateFault::What::kNone);
  AllocatesNothing(form, "a template");
  for (const auto method : {OutgoingField::Form::kReversible, OutgoingField::Form::kEpoch}) {
    form = Form("crm");
    for (OutgoingField& field : form.contracts[0].fields) {
      if (field.form == OutgoingField::Form::kPseudonym) field.form = method;
    }
    AllocatesNothing(form, method == OutgoingField::Form::kEpoch ? "P3, of four months" : "P2");
  }
}

}  // namespace
}  // namespace octroi::policies
