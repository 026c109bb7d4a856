"""The acts of the city: the only writers. One public function = one durable transaction = one audit line (`@flow`), or a part
of one (`@step`). Flows walk from register to register; rules live downstairs, in the rulebook."""
